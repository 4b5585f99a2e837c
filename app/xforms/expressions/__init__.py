"""XLSForm expressions: read, checked against a questionnaire, evaluated in three-valued logic."""
