"""The words of Haike: English in the sources, Chinese in each room's catalogue.

`extract` finds what the sources say, `update` brings the catalogues up to date, `check` finds what is amiss.
"""
