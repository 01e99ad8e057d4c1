# 制度检查的提示：每条说明问题，-mend 说明怎样改。

regulation-unreadable = 文件读不出来：{ $cause }。
regulation-unreadable-mend = 改正这一行的写法，写法见制度目录的说明。

regulation-unknown-word = “{ $word }”不是这里能用的词。
regulation-unknown-word-mend = 检查拼写，或删去这一项。

regulation-missing-key = 缺少“{ $word }”。
regulation-missing-key-mend = 补上“{ $word }”。

regulation-term-unreadable = “{ $value }”不是期限。
regulation-term-unreadable-mend = 自然日写成 15d，工作日写成 5wd。

regulation-never-in-force = 失效日期早于施行日期，制度一天也不生效。
regulation-never-in-force-mend = 把 to 改为不早于 from 的日期，或删去 to。

regulation-unknown-role = 没有“{ $role }”这个岗位角色。
regulation-unknown-role-mend = 改用 roles.toml 中的角色，或先在其中增加。

regulation-unknown-relation = 没有“{ $relation }”这种关系。
regulation-unknown-relation-mend = 改用 @leader、@handler、@department 等已有的关系。

regulation-unknown-action = 权限表用了未登记的操作“{ $action }”。
regulation-unknown-action-mend = 在 rights.toml 的 [actions] 中登记它的名称，或改正拼写。

regulation-administrator-does-business = 管理员角色“{ $role }”不得办理业务，却得到“{ $action }”。
regulation-administrator-does-business-mend = 把这一项交给业务岗位，从这一行删去管理员。

regulation-unknown-state = 没有“{ $state }”这个状态。
regulation-unknown-state-mend = 改用本程序 states 中的状态，或先在其中增加。

regulation-unreachable-state = 状态“{ $state }”永远到不了。
regulation-unreachable-state-mend = 增加一个通向它的步骤，或删去这个状态。

regulation-dead-end = 状态“{ $state }”没有出路，也不是办结状态。
regulation-dead-end-mend = 增加一个离开它的步骤，或写明 counts_as = "closed"。

regulation-no-holder = 状态“{ $state }”没有写明由谁办理。
regulation-no-holder-mend = 写明 holder，如 office、handler、resident。

regulation-closed-with-holder = 状态“{ $state }”已经办结，却还有人办理。
regulation-closed-with-holder-mend = 删去 holder，或去掉 counts_as = "closed"。

regulation-no-next-word = 状态“{ $state }”没有写明多久之内答复反映人。
regulation-no-next-word-mend = 写明 next_word_within，如 15d。

regulation-no-fallback = 状态“{ $state }”在等反映人或核验人，对方不回应就会一直停住。
regulation-no-fallback-mend = 写明 fallback，如 { "{" } after = "10d", take = "draw-verifier" { "}" }。

regulation-fallback-not-allowed = 状态“{ $state }”到期后要走“{ $transition }”，但系统不能自动走这一步。
regulation-fallback-not-allowed-mend = 让“{ $transition }”从这个状态出发，by 中写上 @clock，并且不要求填字段。

regulation-unknown-field = 没有“{ $field }”这个字段。
regulation-unknown-field-mend = 在 fields 中登记它，或改正拼写。

regulation-unknown-transition = 没有“{ $transition }”这个步骤。
regulation-unknown-transition-mend = 改用本程序 transitions 中的步骤。

regulation-unknown-verb = 步骤“{ $transition }”没有对应的动作。
regulation-unknown-verb-mend = 写明 verb，如 assign、rule、confirm、reopen。

regulation-nobody-may = 步骤“{ $transition }”没有人可以走。
regulation-nobody-may-mend = 在 by 中写明岗位角色或关系。

regulation-unknown-variable = 条件中没有“{ $variable }”这个变量。
regulation-unknown-variable-mend = 改用说明中列出的变量，如 case.state、case.open_parts。

regulation-condition-unreadable = 条件“{ $condition }”写法不对：{ $cause }。
regulation-condition-unreadable-mend = 按 CEL 写法改正，如 case.open_parts == 0。

regulation-unknown-slip = 没有“{ $slip }”这种文书。
regulation-unknown-slip-mend = 写成“制度编号/文书名”，如 petition-supervision/supervision。

regulation-unknown-list = 没有“{ $list }”这个代码表。
regulation-unknown-list-mend = 写成“制度编号/代码表名”，或在本制度中增加。

regulation-unknown-code = 代码表“{ $list }”中没有“{ $code }”。
regulation-unknown-code-mend = 改用表中的代码，或先在表中增加。

regulation-code-without-list = 字段“{ $field }”要从代码表中选，却没有写明代码表。
regulation-code-without-list-mend = 写明 list，或改用 text。

regulation-unknown-channel = 渠道“{ $channel }”不在收集方式的清单里。
regulation-unknown-channel-mend = 写 channels 所指清单里的一个代码。
regulation-class-without-term = 类别“{ $class }”没有期限，时限算不出来。
regulation-class-without-term-mend = 给它写明 term，如 30d。

regulation-number-pattern = 编号式样“{ $pattern }”会产生重复的编号。
regulation-number-pattern-mend = 式样中写上 { "{" }n{ "}" }；按年重编的还要写上 { "{" }year{ "}" }。

regulation-unknown-procedure = 没有“{ $procedure }”这个办理程序。
regulation-unknown-procedure-mend = 改正拼写，或先增加这个程序。

regulation-procedure-twice = 办理程序“{ $procedure }”写了两次。
regulation-procedure-twice-mend = 改用另一个 key，或删去其中一个。

regulation-clock-length = 计时“{ $clock }”没有写明到什么时候，或者写了不止一处。
regulation-clock-length-mend = term、until、slip 三项只写一项。

regulation-clock-never-starts = 计时“{ $clock }”不会开始。
regulation-clock-never-starts-mend = 在 starts_on 中写明由哪些步骤开始。

regulation-clock-never-stops = 计时“{ $clock }”不会停止。
regulation-clock-never-stops-mend = 在 stops_on 中写明由哪些步骤停止。

regulation-handler-closes = “{ $party }”参与办理，不能由其走“{ $transition }”：办理的人不能自己确认或销号。
regulation-handler-closes-mend = 从 by 中删去“{ $party }”；确认由反映人或核验人作出，销号由办公室办理。

regulation-confirmed-by-others = “{ $transition }”是确认结果，只能由反映人或抽签产生的核验人作出。
regulation-confirmed-by-others-mend = by 中只写 @raiser 或 @verifier。

regulation-closed-unconfirmed = “{ $transition }”使未经确认的事项办结。
regulation-closed-unconfirmed-mend = 让它只从确认之后的状态出发，或者由反映人、核验人来走。

regulation-red-line-check-in = 要求打卡签到（“{ $found }”），违反国办函〔2026〕12号《政务移动互联网应用程序规范化管理办法》。
regulation-red-line-check-in-mend = 改为记录实际做了什么。

regulation-red-line-points = 按使用情况计积分、排名（“{ $found }”），违反国办函〔2026〕12号《政务移动互联网应用程序规范化管理办法》。
regulation-red-line-points-mend = 删去积分和排名。

regulation-red-line-online-time = 统计登录、在线时长或安装率（“{ $found }”），违反国办函〔2026〕12号《政务移动互联网应用程序规范化管理办法》。
regulation-red-line-online-time-mend = 改用办理结果作为依据。

regulation-red-line-likes = 以点赞、转发或网络投票数为依据（“{ $found }”），违反国办函〔2026〕12号《政务移动互联网应用程序规范化管理办法》。
regulation-red-line-likes-mend = 改用测评或办理结果作为依据。

regulation-red-line-photos = 非必要要求上传照片、视频或轨迹（“{ $found }”），违反国办函〔2026〕12号《政务移动互联网应用程序规范化管理办法》。
regulation-red-line-photos-mend = 删去这一要求；确有必要的由记录人自愿附上。

regulation-red-line-study-hours = 以学习时长作为考核依据（“{ $found }”），违反国办函〔2026〕12号《政务移动互联网应用程序规范化管理办法》。
regulation-red-line-study-hours-mend = 改用学习效果作为依据。
