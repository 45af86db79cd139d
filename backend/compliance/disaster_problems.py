"""Which refusals do areas give?"""

from backend.kernel.problems import Kind

AREA_UNFIT = Kind("area.unfit", 409, "An area is one simple polygon: no two of its sides cross.")

KINDS = (AREA_UNFIT,)
