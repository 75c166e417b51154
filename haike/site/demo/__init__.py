"""The sample company: believable, the same for the same seed, made by rule without anybody's real data.

Nothing is imported here: the pages load what removes it, and need not wait for what makes it.
"""
