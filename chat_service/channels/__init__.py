"""The dialogue that every channel uses, and the channels: HTTP, MCP, Slack, Feishu, DingTalk, WeCom."""
