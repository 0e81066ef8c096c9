"""The road outside: destinations that the person set. Handed to the gate alone; imports no other leaf."""
