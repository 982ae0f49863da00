# Stands for a vault: prints the secret of the customer that is named, and nothing else.
case $1 in
  nordwind) printf 'not-a-real-key-2' ;;
  *) echo "no secret of $1" >&2; exit 1 ;;
esac
