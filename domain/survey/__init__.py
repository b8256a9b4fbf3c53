"""Survey: a questionnaire among a center's households, from the approved form to its closing figures (rulebook 4)."""
