"""/ops/account（自分のアカウント）: what a person has to come in with, and where they are logged in."""
