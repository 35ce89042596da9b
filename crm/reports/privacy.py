from crm.kernel.privacy.holdings import nobodys

nobodys("reports.DailyTally", "how often something happened on a day")
nobodys("reports.OrderDay", "what the orders of a day came to", "zone currency")
nobodys("reports.StaleDay", "which days are to be counted anew")
