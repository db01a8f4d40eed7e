"""Dialects: other systems' vocabularies over the operations. A line here adds one.

Explained in docs/why/dialects.md.
"""

from ackbox.dialects.claudepeers.dialect import CLAUDEPEERS
from ackbox.dialects.claudepeers.rest import CLAUDEPEERS_REST
from ackbox.dialects.engine.dialect import Dialect
from ackbox.dialects.engine.local_rpc import LocalRpc
from ackbox.dialects.engine.realtime import Realtime
from ackbox.dialects.engine.rest import Rest
from ackbox.dialects.exovault.dialect import EXOVAULT
from ackbox.dialects.exovault.rest import EXOVAULT_REST
from ackbox.dialects.golemxv.dialect import GOLEMXV
from ackbox.dialects.golemxv.rest import GOLEMXV_REALTIME, GOLEMXV_REST
from ackbox.dialects.kavi.dialect import KAVI
from ackbox.dialects.kavi.rpc import KAVI_RPC
from ackbox.dialects.superportia.dialect import SUPERPORTIA
from ackbox.dialects.vantagepeers.dialect import VANTAGEPEERS
from ackbox.ops import key

DIALECTS: tuple[Dialect, ...] = (VANTAGEPEERS, SUPERPORTIA, GOLEMXV, KAVI, EXOVAULT, CLAUDEPEERS)
RESTS: tuple[Rest, ...] = (GOLEMXV_REST, EXOVAULT_REST, CLAUDEPEERS_REST)
REALTIMES: tuple[Realtime, ...] = (GOLEMXV_REALTIME,)
LOCAL_RPCS: tuple[LocalRpc, ...] = (KAVI_RPC,)
# Headers that carry a key in some dialect. A key of any dialect opens /mcp and /ws.
KEY_HEADERS: tuple[str, ...] = tuple(
    sorted({header for dialect in DIALECTS for header in dialect.key_headers})
)
key.DIALECTS.update(dialect.name for dialect in DIALECTS)
