"""Lints the IAM policies of a file, a list of {stack, path, policy}, and writes the findings, each once."""

import json
import sys

from parliament import analyze_policy_string

findings = {}
with open(sys.argv[1], encoding="utf-8") as file:
    policies = json.load(file)
for entry in policies:
    # `s3:*` is as many findings as S3 has actions.
    for finding in analyze_policy_string(json.dumps(entry["policy"])).findings:
        found = (entry["stack"], entry["path"], finding.issue, str(finding.detail))
        findings[found] = dict(zip(("stack", "path", "check", "detail"), found))
json.dump({"policies": len(policies), "findings": list(findings.values())}, sys.stdout)
