"""The only room that speaks to Google."""
