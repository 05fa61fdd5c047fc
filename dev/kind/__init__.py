"""The same place made with kind and Docker, for machines that have them."""
