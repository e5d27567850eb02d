"""安否確認・職員参集: the staff directory, musters, their messages and the answers."""
