"""Open Referral UK 3.0 (a profile of HSDS 3.0): the only folder that knows the standard's field names.

`from_oruk` reads one service as feeds send it; `to_oruk` writes one that the official validator passes.
"""

from directory.open_referral.reading import Problem, Received, Refused, from_oruk, identity_of
from directory.open_referral.writing import NESTED, to_oruk

__all__ = ["NESTED", "Problem", "Received", "Refused", "from_oruk", "identity_of", "to_oruk"]
