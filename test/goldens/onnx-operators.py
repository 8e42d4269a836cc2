"""Writes onnx-operators.json beside it: the operator sets up to 22 in which each of ONNX's operators changed; negative ones removed it.

    pip install onnx
    python test/goldens/onnx-operators.py

onnx 1.23.
"""

import json
from collections import defaultdict
from pathlib import Path

from onnx import defs

changes = defaultdict(set)
for schema in defs.get_all_schemas_with_history():
    if schema.domain == "" and schema.since_version <= 22:
        changes[schema.name].add(-schema.since_version if schema.deprecated else schema.since_version)
lines = [f"{json.dumps(name)}: {json.dumps(sorted(sets, key=abs))}" for name, sets in sorted(changes.items())]
(Path(__file__).parent / "onnx-operators.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
