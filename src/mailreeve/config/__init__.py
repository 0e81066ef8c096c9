"""Settings: config.toml in MAILREEVE_HOME and MAILREEVE_* -> one frozen Config. The only reader of either.

`DATABASE_URL` and `OPENAI_*` are ignored on purpose: mail must not go to a provider that the user did not
name here.
"""

from mailreeve.config.load import home_folder, load
from mailreeve.config.outside import DavConfig, DestinationConfig, StepConfig, TemplateConfig
from mailreeve.config.sections import (
    Capability,
    Config,
    EngineConfig,
    GoogleConfig,
    IndexConfig,
    LabelConfig,
    LlmConfig,
    NightConfig,
    OrganizationConfig,
    PolicyConfig,
    PrivacyConfig,
    SemanticConfig,
    StoreConfig,
    TelemetryConfig,
    TriageConfig,
    UserConfig,
)

__all__ = [
    "Capability",
    "Config",
    "DavConfig",
    "DestinationConfig",
    "EngineConfig",
    "GoogleConfig",
    "IndexConfig",
    "LabelConfig",
    "LlmConfig",
    "NightConfig",
    "OrganizationConfig",
    "PolicyConfig",
    "PrivacyConfig",
    "SemanticConfig",
    "StepConfig",
    "StoreConfig",
    "TelemetryConfig",
    "TemplateConfig",
    "TriageConfig",
    "UserConfig",
    "home_folder",
    "load",
]
