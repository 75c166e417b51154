"""Customer: a business or a person that buys or may buy; also suppliers, partners and agents, by kind."""
