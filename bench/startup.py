"""S11: what `ackbox up` costs on an empty data directory until it is ready."""

from __future__ import annotations

from bench.frame import figure, interleave
from bench.server import cpu_s, peak_and_resident_mb, running


def main() -> None:
    resident: list[float] = []

    def start() -> float:
        with running() as server:
            resident.append(peak_and_resident_mb(server.pid)[1])
            return cpu_s(server.pid)

    found = interleave({"up": start})
    figure(
        "S11", "`ackbox up` to ready, empty data: CPU", found["up"], limit="at most 1.5", unit="s"
    )
    figure(
        "S11",
        "`ackbox up` to ready, empty data: resident",
        resident[1:],
        limit="at most 90",
        unit="MB",
    )


if __name__ == "__main__":
    main()
