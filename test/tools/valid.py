#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks the JSON on stdin against its schema in tools/schema/.

usage: valid.py [KEY.KEY...=VALUE]...
Then checks that the document has each given value. Prints what is wrong.
"""

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema

SCHEMAS = Path(__file__).resolve().parents[2] / 'tools/schema'


def schema_of(subcommand: str) -> Any:
    """The schema for this subcommand."""
    for path in sorted(SCHEMAS.glob('*.json')):
        schema = json.loads(path.read_text())
        names = schema['properties']['subcommand']
        if subcommand in names.get('enum', [names.get('const')]):
            return schema
    raise ValueError(f"no schema is for the subcommand '{subcommand}'")


def look_up(document: Any, keys: str) -> Any:
    """The value at these keys; a number is a place in a list, "length" its length."""
    for key in keys.split('.'):
        if isinstance(document, list):
            document = len(document) if key == 'length' else document[int(key)]
        else:
            document = document[key]
    return document


def main() -> int:
    document = json.load(sys.stdin)
    jsonschema.Draft202012Validator(schema_of(document['subcommand'])).validate(document)
    for wanted in sys.argv[1:]:
        keys, value = wanted.split('=', 1)
        found = look_up(document, keys)
        if found != json.loads(value):
            print(f'{keys} is {json.dumps(found)}, not {value}')
            return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
