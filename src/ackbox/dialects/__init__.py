"""Dialects: other systems' vocabularies over the operations. A line here adds one.

Explained in docs/why/dialects.md.
"""

from ackbox.dialects._rest import Rest
from ackbox.dialects._translate import Dialect
from ackbox.dialects.exovault import EXOVAULT
from ackbox.dialects.exovault_rest import EXOVAULT_REST
from ackbox.dialects.golemxv import GOLEMXV
from ackbox.dialects.golemxv_rest import GOLEMXV_REST
from ackbox.dialects.kavi import KAVI
from ackbox.dialects.superportia import SUPERPORTIA
from ackbox.dialects.vantagepeers import VANTAGEPEERS

DIALECTS: tuple[Dialect, ...] = (VANTAGEPEERS, SUPERPORTIA, GOLEMXV, KAVI, EXOVAULT)
RESTS: tuple[Rest, ...] = (GOLEMXV_REST, EXOVAULT_REST)
