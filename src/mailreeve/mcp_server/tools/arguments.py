"""Arguments that several tools share."""

from typing import Annotated

from pydantic import Field

Account = Annotated[str, Field(max_length=320)]
Cursor = Annotated[str, Field(max_length=2000, description="`next` of the page before")]
Id = Annotated[str, Field(min_length=1, max_length=100)]
Ids = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=100)]
Words = Annotated[str, Field(max_length=2000)]
