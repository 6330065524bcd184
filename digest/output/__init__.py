"""The output folder: what is published, all of a publish visible at one instant.

    Rendered ─▶ stage: what differs ─▶ twin ─▶ exchanged with the live folder
                                   └─▶ or put into it one by one, where that is impossible

`Output` is all that others need; see `twin` and `trees` for the two ways.
"""

from digest.output.folder import Output
from digest.output.manifest import Manifest
from digest.output.stage import Difference, Stage
from digest.output.system import Exchange

__all__ = ["Difference", "Exchange", "Manifest", "Output", "Stage"]
