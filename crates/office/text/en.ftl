# Reading files
office-file-empty = The file is empty. Export it again and upload the new file.
office-file-encrypted = The workbook is protected by a password and cannot be read. Remove the password in Excel or WPS, save, and upload again.
office-file-is-web-page = This is a web page that only carries the name of a workbook. Open it in Excel or WPS, save it as .xlsx, and upload that.
office-file-no-table = This file ({ $extension }) is not a table. Upload an .xlsx, .xls or .csv file.
office-file-damaged = The workbook is damaged and breaks off midway. Open it in Excel or WPS, save it as .xlsx, and upload that.
office-file-too-large = The table is larger than any ledger should be. Remove unrelated sheets, or split it into several files.
office-file-encoding = Line { $line } is neither UTF-8 nor GB18030. Save the table as .xlsx or as CSV in UTF-8, and upload that.
office-file-open-quote = A quotation mark in record { $row } is never closed. Close it, or save the table as .xlsx and upload that.
office-sheet-missing = The file has no sheet named "{ $sheet }". Choose one of the sheets listed.

# Returned rows
office-returned-reason = Reason for return
office-original-row = Original row

# Writing tables
office-cell-too-long = Row { $row }, "{ $column }", has { $length } characters; a cell in Excel holds 32767. Export as CSV instead.
office-too-many-rows = There are { $rows } rows; a sheet in Excel holds 1048576. Narrow the selection, or export as CSV instead.
