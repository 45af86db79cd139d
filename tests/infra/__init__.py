"""Does Rounds come onto a machine and stay there?"""
