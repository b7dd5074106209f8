"""
Personal data in Chinese bank text, found and replaced by tokens such as ``[手机 kqzhbvtm]``.

Numbers are recognized in :mod:`voctext.mask.identifiers`, by the published rule of each kind; names in
:mod:`voctext.mask.names`, by what stands next to them. Numbers spelled in Chinese (一三八…) and faces,
addresses, dates of birth stay.
"""

from voctext.mask.kinds import Match, Pii
from voctext.mask.masker import Masker, find_pii

__all__ = ["Masker", "Match", "Pii", "find_pii"]
