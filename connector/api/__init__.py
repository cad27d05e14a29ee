"""The connector as ChannelAdvisor: the REST API that an Order Management System calls."""
