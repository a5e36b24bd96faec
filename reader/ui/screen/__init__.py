"""The main screen: what its keys do, and the parts that do it through a `Host`."""
