#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""schema.py SCHEMA: checks each JSON document on stdin against the schema. Prints how many."""

import json
import sys
from typing import Any, Iterator

import jsonschema


def documents(text: str) -> Iterator[Any]:
    """The documents in the text, on one line each or not."""
    decoder = json.JSONDecoder()
    text = text.strip()
    while text:
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:].lstrip()


def main() -> None:
    with open(sys.argv[1], encoding='utf-8') as file:
        schema = json.load(file)
    count = 0
    for document in documents(sys.stdin.read()):
        jsonschema.Draft202012Validator(schema).validate(document)
        count += 1
    print(f'{count} valid')


main()
