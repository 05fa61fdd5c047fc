"""What downstream dependencies tell of themselves: how much they bear, what is in use, whether they are well."""
