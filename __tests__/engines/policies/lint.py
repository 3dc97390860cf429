"""Lints the IAM policies on standard input, a list of {stack, path, policy}, and writes the findings."""

import json
import sys

from parliament import analyze_policy_string

findings = []
policies = json.load(sys.stdin)
for entry in policies:
    for finding in analyze_policy_string(json.dumps(entry["policy"])).findings:
        findings.append(
            {
                "stack": entry["stack"],
                "path": entry["path"],
                "check": finding.issue,
                "detail": str(finding.detail),
            }
        )
json.dump({"policies": len(policies), "findings": findings}, sys.stdout)
