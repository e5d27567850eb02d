"""When to say what: rules as data, the stages a proposal passes, and the life cycle of our alerts."""
