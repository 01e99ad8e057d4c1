# 文件读取
office-file-empty = 文件是空的，没有内容。请重新导出后再上传。
office-file-encrypted = 工作簿设了密码，无法读取。请在 Excel 或 WPS 中取消密码，保存后再上传。
office-file-is-web-page = 这是网页格式的文件，只是扩展名写成了表格。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。
office-file-no-table = 这个文件（{ $extension }）不是表格。请上传 .xlsx、.xls 或 .csv 文件。
office-file-damaged = 工作簿已损坏，读到中途中断。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。
office-file-too-large = 表格过大，超出单个台账的合理范围。请删去无关的工作表，或者拆成几个文件上传。
office-file-encoding = 第 { $line } 行的文字既不是 UTF-8 也不是 GB18030 编码。请另存为 .xlsx 或 UTF-8 编码的 CSV 后再上传。
office-file-open-quote = 第 { $row } 条记录的引号没有成对。请补全引号，或者另存为 .xlsx 后再上传。
office-sheet-missing = 文件里没有名为“{ $sheet }”的工作表。请从列出的工作表中选择。

# 退回的行
office-returned-reason = 退回原因
office-original-row = 原行号

# 表格输出
office-cell-too-long = 第 { $row } 行“{ $column }”有 { $length } 个字符，超过 Excel 单元格 32767 个字符的上限。请改用 CSV 导出。
office-too-many-rows = 共 { $rows } 行，超过 Excel 工作表 1048576 行的上限。请缩小范围，或者改用 CSV 导出。
