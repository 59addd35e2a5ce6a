"""Every setting, with its default and what it does; read once, at the edge, from `HUITOU_*` and a `.env` file.

A plain pydantic model with a small reader rather than pydantic-settings: that package alone costs a tenth of the time
in which `huitou ask` must have answered. `huitou settings` and docs/settings.md are made from this class.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, get_args

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, SecretStr, ValidationError

from semantic_layer import HuitouError, Problem, Scalar, problem, scheme_of, without_secrets

PREFIX = "HUITOU_"
DEMO_DATABASE = Path("huitou-demo.duckdb")


def _path_or_url(value: object) -> object:
    """Text as a path, unless it is a server's URL."""
    return Path(value) if isinstance(value, str) and scheme_of(value) is None else value


def _json(value: object) -> object:
    """Text as the JSON that it is."""
    return json.loads(value) if isinstance(value, str) else value


# variables of OpenAI's own clients, for settings that are not given otherwise
_ALSO_NAMED = {"OPENAI_API_KEY": "llm_api_key", "OPENAI_BASE_URL": "llm_base_url", "OPENAI_MODEL": "llm_model"}


class Robot(BaseModel):
    """A robot of a group chat that takes messages by its own URL. The URL is a secret: whoever has it may post."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: Literal["dingtalk", "feishu", "slack", "wecom"]
    url: SecretStr
    secret: SecretStr | None = None


# years in which everything that counts back or on from today stays in the calendar
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]


def _listed(value: object) -> object:
    """Text with commas as its parts."""
    return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value


def _values(value: object) -> object:
    """One value as several."""
    return value if isinstance(value, list | tuple) else (value,)


Values = Annotated[tuple[Scalar, ...], BeforeValidator(_values)]


class Settings(BaseModel):
    """What a deployment may choose. None needs to be set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: Annotated[Path | str | None, BeforeValidator(_path_or_url)] = Field(
        None,
        description="What to answer from: DuckDB, Parquet or CSV file(s), or the URL of a server (`postgresql://…`, "
        "`sc://…` for Spark Connect; docs/engines.md). Unset: ./huitou-demo.duckdb, made first.",
    )
    model: Path | None = Field(
        None, description="Folder of the semantic model's YAML, or an Ossie document. Unset: the shipped one."
    )
    as_of: Day | None = Field(None, description="Today, inclusive. Unset: the latest date in the data.")
    translator: Literal["auto", "offline", "llm"] = Field(
        "auto",
        description="What reads questions. `offline` are the rules; `llm` is the language model; `auto` is the model "
        "where a key is set, unless the rules are as sure as `HUITOU_LLM_THRESHOLD`, else the rules (docs/agent.md).",
    )
    verified_questions: Path | None = Field(
        None,
        description="YAML of questions with the requests that they mean; read before anything else reads. "
        "Unset: the file beside the model's folder, `mymodel.verified.yaml` beside `mymodel/`.",
    )
    max_rows: int = Field(1000, ge=1, le=100_000, description="Rows of a table in an answer, at most.")
    max_cells: int = Field(
        1_000_000, ge=1000, description="Cells of a result, at most; a larger one is refused before it runs."
    )
    export_rows: int = Field(
        100_000, ge=1, le=1_000_000, description="Rows of an export, at most; more are refused, not cut."
    )
    fonts: Path | None = Field(
        None, description="A folder of fonts for pictures of charts; Chinese needs one where the machine has none."
    )
    kept_cells: int = Field(
        2_000_000,
        ge=0,
        description="Cells of results that are kept and given again while the data stay the same; 0: none.",
    )
    memory_limit: str = Field("2GB", pattern=r"^\d+(MB|GB|MiB|GiB)$", description="Memory of the database engine.")
    threads: int = Field(2, ge=1, description="Threads of the database engine.")
    query_timeout_seconds: float = Field(30.0, gt=0, description="A query is stopped after so long.")
    translate_timeout_seconds: float = Field(10.0, gt=0, description="Reading a question is given up after so long.")
    answer_timeout_seconds: float = Field(
        60.0, gt=0, description="An answer is given up after so long; a language model's time is added."
    )
    answers_at_once: int = Field(
        8, ge=1, le=256, description="Requests that are worked on at the same time; a reader has half of them at most."
    )
    waiting_at_most: int = Field(64, ge=0, description="Requests that wait for their turn; more are refused (503).")
    per_reader_at_most: int = Field(
        16, ge=1, description="Requests of one reader (of one address, without keys) at a time; more are refused (429)."
    )
    grace_seconds: float = Field(10.0, gt=0, description="What runs may take so long to end when the service stops.")
    client_timeout_seconds: float = Field(
        30.0, gt=0, description="A connection on which nothing moves for so long is closed."
    )
    data_check_seconds: float = Field(
        2.0, ge=0, description="How often the service looks whether the database is another or has been written to."
    )
    keep_days: int | None = Field(
        None, ge=1, description="Conversations nobody went on with for so many days are deleted. Unset: kept."
    )
    show_personal_fields: bool = Field(
        False, description="Show names and phone numbers in clear to the anonymous reader; masked otherwise."
    )
    keys: Path = Field(Path("huitou-keys.json"), description="File of the API keys' hashes; see `huitou keys`.")
    anonymous: Literal["local", "everybody", "nobody"] = Field(
        "local",
        description="Who may ask without a key. `local`: this machine, while there are no keys. `everybody` and "
        "`nobody` as they say.",
    )
    anonymous_roles: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        (), description="Roles of whoever asks without a key, for the model's policies and field rules; commas between."
    )
    anonymous_attributes: Annotated[dict[str, Values], BeforeValidator(_json)] = Field(
        {}, description='What policies ask of whoever asks without a key, as JSON: `{"region": "east"}`.'
    )
    audit: Path | None = Field(
        None, description="File of the audit: a JSON line for every question and refusal. Unset: none is kept."
    )
    audit_max_bytes: int = Field(50_000_000, ge=10_000, description="Size at which the audit begins a new file.")
    audit_files: int = Field(10, ge=1, description="Files of the audit that are kept beside the one it writes to.")
    traces: bool = Field(
        False,
        description="Send a trace of each request by OpenTelemetry, to where its own variables say (extra `otel`).",
    )
    hosts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        (), description="Names that the service answers to, with commas between. Unset: any; on this machine, its own."
    )
    origins: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        (), description="Origins of web pages that may ask (`https://…`), with commas between. Unset: its own pages."
    )
    requests_per_minute: int | None = Field(
        None, ge=1, description="Requests of one reader a minute, over all workers. Unset: any number."
    )
    token_issuer: str | None = Field(
        None, description="`iss` of the tokens (JWT) that readers may show; docs/security.md."
    )
    token_audience: str | None = Field(None, description="`aud` that these tokens must have.")
    token_keys: Path | None = Field(None, description="File of the issuer's public keys: a JSON Web Key Set, or PEM.")
    token_roles_claim: str = Field("roles", description="Claim that names a reader's roles: a list, or words.")
    token_attributes: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        (), description="Claims that policies may ask for as `reader.…`, by their names, with commas between."
    )
    host: str = Field("127.0.0.1", description="Address that `huitou serve` listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port that `huitou serve` listens on.")
    workers: int = Field(
        1, ge=1, le=64, description="Processes that serve, each with threads and memory of the database of its own."
    )
    conversations_url: str = Field(
        "sqlite:///huitou-conversations.sqlite",
        description="SQLAlchemy URL of the store of conversations: SQLite, or `postgresql://…`.",
    )
    alert_check_seconds: float = Field(
        10.0, ge=0, description="How often the service looks for alerts that are due (docs/alerts.md). 0: never."
    )
    alert_hosts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        (), description="Hosts of webhooks and domains of mail that alerts may go to; commas between. Unset: none."
    )
    webhook_secret: SecretStr | None = Field(None, description="Key that alerts' webhooks are signed with.")
    robots: Annotated[dict[str, Robot], BeforeValidator(_json)] = Field(
        {},
        description="JSON object of the group chats' robots that alerts may go to, by name: "
        '`{"crm": {"platform": "feishu", "url": "https://…", "secret": "…"}}`; '
        "platforms are `dingtalk`, `feishu`, `slack`, `wecom`.",
    )
    smtp_host: str | None = Field(None, description="Server that alerts' mail is handed to.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to it is made safe; `none` on this machine."
    )
    smtp_user: str | None = Field(None, description="Name to log in there with. Unset: no login.")
    smtp_password: SecretStr | None = Field(None, description="Password to log in there with.")
    smtp_from: str = Field("huitou@localhost", description="Address that alerts' mail comes from.")
    mcp_key: SecretStr | None = Field(
        None, description="Key of the reader whom `huitou mcp` answers over standard input; docs/mcp.md."
    )
    slack_bot_token: SecretStr | None = Field(
        None, description="Bot token (`xoxb-…`) of `huitou slack`; docs/slack.md."
    )
    slack_app_token: SecretStr | None = Field(None, description="App-level token (`xapp-…`), for socket mode.")
    slack_signing_secret: SecretStr | None = Field(None, description="Signing secret of the app, for `--http`.")
    slack_people: Path = Field(
        Path("huitou-slack.yaml"), description="YAML of who people on Slack are, and for whom channels are answered."
    )
    slack_url: str = Field("https://slack.com/api/", description="Address of Slack's Web API.")
    feishu_app_id: str | None = Field(None, description="App ID (`cli_…`) for `huitou talk`; docs/feishu.md.")
    feishu_app_secret: SecretStr | None = Field(None, description="App Secret.")
    feishu_encrypt_key: SecretStr | None = Field(None, description="Encrypt Key of events and callbacks.")
    feishu_people: Path = Field(Path("huitou-feishu.yaml"), description="As `HUITOU_SLACK_PEOPLE`, of Feishu.")
    feishu_url: str = Field("https://open.feishu.cn", description="Its API; Lark's is `https://open.larksuite.com`.")
    dingtalk_app_key: str | None = Field(None, description="Client ID (AppKey) for `huitou talk`; docs/dingtalk.md.")
    dingtalk_app_secret: SecretStr | None = Field(None, description="Client Secret (AppSecret).")
    dingtalk_people: Path = Field(Path("huitou-dingtalk.yaml"), description="As `HUITOU_SLACK_PEOPLE`, of DingTalk.")
    dingtalk_url: str = Field("https://oapi.dingtalk.com", description="Its API, and where its answers are taken.")
    wecom_corp_id: str | None = Field(None, description="Id of the company for `huitou talk`; docs/wecom.md.")
    wecom_agent_id: int | None = Field(None, description="AgentId of the app.")
    wecom_secret: SecretStr | None = Field(None, description="Secret of the app.")
    wecom_token: SecretStr | None = Field(None, description="Token of the app's messages.")
    wecom_aes_key: SecretStr | None = Field(
        None, min_length=43, max_length=43, description="EncodingAESKey of the app's messages."
    )
    wecom_bot_token: SecretStr | None = Field(None, description="Token of a robot of WeCom that groups mention.")
    wecom_bot_aes_key: SecretStr | None = Field(None, min_length=43, max_length=43, description="Its EncodingAESKey.")
    wecom_people: Path = Field(Path("huitou-wecom.yaml"), description="As `HUITOU_SLACK_PEOPLE`, of WeCom.")
    wecom_url: str = Field("https://qyapi.weixin.qq.com", description="Its API.")
    talk_timeout_seconds: float = Field(10.0, gt=0, description="A call of Feishu, DingTalk or WeCom may take so long.")
    max_body_bytes: int = Field(262_144, ge=1024, description="Size of a request's body, at most.")
    llm_api_key: SecretStr | None = Field(
        None, description="Key of an OpenAI-compatible server; switches the language model on. Else `OPENAI_API_KEY`."
    )
    llm_base_url: str | None = Field(
        None, description="The server's address up to `/v1`. Unset: `OPENAI_BASE_URL`, else OpenAI's."
    )
    llm_model: str = Field("gpt-5-mini", description="The model's name there. Else `OPENAI_MODEL`.")
    llm_mode: Literal["auto", "tools", "json", "text"] = Field(
        "auto", description="How the model replies. `auto`: by tools, in JSON mode where a server takes none."
    )
    llm_temperature: float | None = Field(0.0, ge=0, le=2, description="Temperature; empty is the server's own.")
    llm_stream: bool = Field(True, description="Whether replies are streamed.")
    llm_extra: Annotated[dict[str, JsonValue], BeforeValidator(_json)] = Field(
        {}, description='JSON object put into the body of every call: `{"enable_thinking": false}`.'
    )
    llm_check: bool = Field(
        False, description="Rules and model both read every question; where they differ, the asker is asked."
    )
    rules_threshold: float = Field(
        0.9,
        ge=0,
        le=1,
        description="How sure an answer without a language model must be, not to ask first.",
    )
    llm_threshold: float = Field(
        1.0, ge=0, le=1, description="How sure the rules must be to answer alone; 1 has the model read every question."
    )
    llm_wording: bool = Field(False, description="Whether the model words answers; figures stay the service's.")
    llm_seconds: float = Field(60.0, gt=0, description="Seconds that one question may take the model, at most.")
    llm_call_seconds: float = Field(30.0, gt=0, description="Seconds that one call may take, at most.")
    llm_calls: int = Field(6, ge=1, description="Calls of the model for one question, at most.")
    llm_tokens: int = Field(120_000, ge=1, description="Tokens of one question, at most, sent and replied.")
    llm_cost: float | None = Field(None, gt=0, description="Cost of one question, at most, by the prices set.")
    llm_max_reply_tokens: int = Field(2_000, ge=100, description="Tokens of one reply, at most.")
    llm_calls_per_day: int | None = Field(None, ge=0, description="Calls of one day, at most.")
    llm_tokens_per_day: int | None = Field(None, ge=0, description="Tokens of one day, at most.")
    llm_cost_per_day: float | None = Field(None, ge=0, description="Cost of one day, at most.")
    llm_price_sent: float = Field(0.0, ge=0, description="Price of a million tokens sent.")
    llm_price_cached: float = Field(0.0, ge=0, description="Price of a million tokens sent that the server had cached.")
    llm_price_replied: float = Field(0.0, ge=0, description="Price of a million tokens replied.")

    @property
    def verified_path(self) -> Path | None:
        """Where verified questions are kept: as said, else beside the model's folder; None beside the shipped one."""
        if self.verified_questions is not None or self.model is None:
            return self.verified_questions
        return self.model.parent / f"{self.model.name.removesuffix('.yaml')}.verified.yaml"


# whose values are not shown where they cannot be; a robot's address is one, too
_SECRET = {"robots", *(name for name, each in Settings.model_fields.items() if SecretStr in get_args(each.annotation))}


@problem(
    "invalid_setting",
    zh="{name} 的值“{value}”不行：{reason}。`huitou settings` 说明每一项设置。",
    en="{name}='{value}' does not do: {reason}. `huitou settings` explains every setting.",
)
class InvalidSetting(Problem):
    """A setting with a value that cannot be."""

    name: str
    value: str
    reason: str


@problem(
    "unknown_setting",
    zh="没有设置项 {name}。`huitou settings` 列出全部。",
    en="There is no setting {name}. `huitou settings` lists them all.",
)
class UnknownSetting(Problem):
    """A variable with our prefix that no setting has: probably a slip of the pen."""

    name: str


@problem(
    "needs_database_file",
    zh="这个操作只用于 DuckDB 文件，不能用于“{database}”。请用 --db 指定文件。",
    en="This works on a DuckDB file, not on '{database}'. Name a file with --db.",
)
class NeedsDatabaseFile(Problem):
    """What was asked works on a DuckDB file, and a server is named."""

    database: str


@problem(
    "setting_missing", zh="需要先设置 `{name}`。", en="This needs {name} to be set. `huitou settings` explains it."
)
class SettingMissing(Problem):
    """A setting that what was asked stands on."""

    name: str


class SettingsError(HuitouError):
    """Settings cannot be read: for the operator."""


def with_options(settings: Settings, given: Mapping[str, object]) -> Settings:
    """The settings with options of a command put over them. Raises SettingsError with every wrong one."""
    try:
        return Settings.model_validate({**settings.model_dump(), **given})
    except ValidationError as error:
        names = ((PREFIX + str(each["loc"][0]).upper(), each["msg"], each["input"]) for each in error.errors())
        raise SettingsError(*(InvalidSetting(name, str(value), reason) for name, reason, value in names)) from error


def read_settings(environment: Mapping[str, str], dotenv: Path | None = None) -> Settings:
    """The settings of an environment; a variable there wins over the same one in the `.env` file.

    Empty values count as unset. Raises SettingsError with every wrong one.
    """
    found: dict[str, str] = {}
    if dotenv is not None and dotenv.is_file():
        found |= {name: value for name, value in dotenv_values(dotenv).items() if value is not None}
    found |= environment
    given = {name: value for name, value in found.items() if name.startswith(PREFIX) and value != ""}
    known = {PREFIX + name.upper(): name for name in Settings.model_fields}
    problems: list[Problem] = [UnknownSetting(name) for name in sorted(given) if name not in known]
    try:
        also = {setting: found[name] for name, setting in _ALSO_NAMED.items() if found.get(name)}
        settings = Settings.model_validate(
            also | {known[name]: value for name, value in given.items() if name in known}
        )
    except ValidationError as error:
        for each in error.errors():
            variable = PREFIX + str(each["loc"][0]).upper()
            value = "…" if each["loc"][0] in _SECRET else given.get(variable, "")
            problems.append(InvalidSetting(variable, value, each["msg"]))
        raise SettingsError(*problems) from error
    if problems:
        raise SettingsError(*problems)
    return settings


def named_database(settings: Settings) -> Path | str:
    """The path or URL that the settings name, else where the demo is made."""
    return settings.database or DEMO_DATABASE


def database_path(settings: Settings) -> Path:
    """The same for what works on a file alone. Raises SettingsError where a server is named."""
    named = named_database(settings)
    if isinstance(named, str):
        raise SettingsError(NeedsDatabaseFile(without_secrets(named)))
    return named


def settings_document() -> str:
    """docs/settings.md: a table of every setting."""
    lines = [
        "# Settings",
        "",
        "Read from the environment, or from a `.env` file in the working directory. None needs to be set.",
        "This page is made by `huitou settings --markdown`.",
        "",
        "| variable | default | what it does |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"
