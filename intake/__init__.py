"""Documents in: tables of Word, Excel and text become rows, rows a criteria sheet, and all that is odd is told."""
