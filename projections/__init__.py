"""What can be read off the events: facts, views and figures, each declared once as a select."""
