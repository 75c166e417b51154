"""The tables of the kernel itself."""

from haike.find.share import Share
from haike.kernel.dictionary import DictionaryWord
from haike.kernel.division import Division
from haike.kernel.log import Batch, Change
from haike.kernel.numbers import Counter
from haike.kernel.option import OptionValue
from haike.kernel.preference import ListChoice, SavedView, Visit
from haike.kernel.versioned import Version

__all__ = [
    "Batch",
    "Change",
    "Counter",
    "DictionaryWord",
    "Division",
    "ListChoice",
    "OptionValue",
    "SavedView",
    "Share",
    "Version",
    "Visit",
]
