"""`python -m tests.contracts.regenerate`: writes golden files of new messages; one that stands is never changed."""

import json
import sys

from tests.contracts.goldens import FOLDER, made, models


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, (model, result) in models().items():
        file = FOLDER / f"{name}.json"
        if not file.exists():
            file.write_text(json.dumps(made(model, result), indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
