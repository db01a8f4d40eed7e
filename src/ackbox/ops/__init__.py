"""The verbs: every operation ackbox can do, in the module or folder of its noun.

Importing this fills the table.
"""

from __future__ import annotations

import importlib
import pkgutil

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    importlib.import_module(_module.name)
