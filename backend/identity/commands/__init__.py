"""What can be done about people, devices, sign-in and duty; one file a noun."""
