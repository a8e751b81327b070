"""Validates JSON files against a JSON Schema: validate.py SCHEMA FILE... Exit code 0 valid, 1 not, 77 no jsonschema."""
import json
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed; scripts/setup installs it")
    sys.exit(77)

# Debian 12 has a version that knows the draft; an older one would quietly check less.
if not hasattr(jsonschema, "Draft202012Validator"):
    print("this jsonschema does not know draft 2020-12")
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
draft = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
draft.check_schema(schema)
wrong = 0
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    for error in draft(schema).iter_errors(document):
        where = "/".join(str(part) for part in error.absolute_path)
        print(f"{path}: {where}: {error.message[:300]}")
        wrong += 1
sys.exit(1 if wrong else 0)
