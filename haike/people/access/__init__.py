"""Answers about rights: who reaches a record and why, and what somebody may do."""
