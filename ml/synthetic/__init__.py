"""Which town, people, book and staff does one seed make? The made-up world; its page is written last."""
