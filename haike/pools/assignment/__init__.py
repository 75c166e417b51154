"""Assignment by rule: conditions lead to people or to a pool; the first rule that fits decides."""
