"""Runs named checks of one client and prints one JSON line for each: its name, and its value or its error."""

import json
import os
import sys
import traceback

CHECKS = []


def check(name):
    """Registers a function as the check `name`; what it returns is its value."""

    def register(function):
        CHECKS.append((name, function))
        return function

    return register


def run():
    failed = False
    for name, function in CHECKS:
        try:
            print(json.dumps({"name": name, "value": function()}, default=str), flush=True)
        except Exception as error:  # noqa: BLE001 - every error is a result here
            failed = True
            print(json.dumps({"name": name, "error": f"{type(error).__name__}: {error}"}), flush=True)
            traceback.print_exc()
    sys.exit(1 if failed else 0)


def setting(name):
    return os.environ[name]


DATABASE = "mydatabase"
TABLE = "retail_trans_json"
WORKGROUP = "retail-bi"
