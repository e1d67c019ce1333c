"""What the playbooks say."""

from typing import Annotated

from pydantic import BaseModel, Field

from tools import TOPIC, Answer, Deps, NextSteps, ToolError, phrase


class Input(BaseModel):
    topic: Annotated[str, TOPIC] = Field(description="What the person needs guidance on, in their words.")


EXAMPLES: dict[str, tuple[str, ...]] = {
    "en": (
        "How do we run a QBR?",
        "how do I handle an angry customer",
        "how to onboard a new customer",
        "how should we price a renewal",
        "what should I do when usage drops",
        "what do I do if the champion left",
        "what to do when a customer asks for a discount",
        "what does the playbook say about renewals",
        "playbook for win-back",
        "renewal playbook",
        "onboarding playbook",
        "find the escalation playbook",
        "best practice for QBRs",
        "best practices NPS",
        "steps to save an account",
        "process for churned customers",
        "what is our renewal process",
        "120 90 60 30 day renewal steps",
        "what is net revenue retention?",
        "what does GRR mean",
        "define activation",
        "definition of logo churn",
        "difference between churn and contraction",
        "how often should we contact customers",
        "contact cadence for enterprise accounts",
        "when do we escalate",
        "who should be in the QBR",
        "how to ask for a referral",
        "loyalty program",
        "loyalty categories and what to do with each",
        "strategies to reduce churn",
        "ideas to increase retention",
        "how do I get a detractor back",
        "what to do with nps detractors",
        "how to announce a price increase",
        "how do we communicate product changes",
        "upsell and cross-sell guidance",
        "how to re-engage inactive users",
        "customer education best practices",
        "what is our ideal customer profile",
        "ltv to cac explained",
        "tips for kickoff calls",
        "a customer wants to cancel, what now",
        "how do we deal with competitors offers",
        "howto win back a customer",
        "how do win-loss interviews work",
        "when should I send an exit survey",
        "how do we build trust with customers",
        "what makes customers stay",
        "how do we set customer goals",
    ),
    "pt-BR": (
        "Como fazemos um QBR?",
        "como lidar com cliente irritado",
        "como fazer onboarding de cliente novo",
        "como precificar uma renovação",
        "o que fazer quando o uso cai",
        "o que eu faço se o champion saiu",
        "o que fazer quando o cliente pede desconto",
        "o que o playbook diz sobre renovação",
        "playbook de win-back",
        "playbook de renovação",
        "playbook de onboarding",
        "acha o playbook de escalonamento",
        "melhores práticas de QBR",
        "boas praticas nps",
        "passos pra salvar uma conta",
        "processo para clientes cancelados",
        "qual é o nosso processo de renovação",
        "passos de renovação 120 90 60 30 dias",
        "o que é retenção líquida de receita?",
        "o que significa GRR",
        "definição de ativação",
        "definição de churn de logo",
        "diferença entre churn e contração",
        "com que frequência devemos falar com o cliente",
        "cadência de contato para contas enterprise",
        "quando escalamos",
        "quem deve participar do QBR",
        "como pedir indicação",
        "programa de fidelidade",
        "categorias de lealdade e o que fazer com cada uma",
        "estratégias pra reduzir churn",
        "ideias para aumentar retenção",
        "como recuperar um detrator",
        "o que fazer com detratores do nps",
        "como anunciar aumento de preço",
        "como comunicar mudanças no produto",
        "orientação de upsell e cross-sell",
        "como reengajar usuários inativos",
        "boas práticas de educação do cliente",
        "qual nosso perfil de cliente ideal",
        "explica ltv e cac",
        "dicas para reunião de kickoff",
        "cliente quer cancelar, e agora",
        "como lidar com oferta do concorrente",
        "como reconquistar cliente",
        "como funcionam as entrevistas win-loss",
        "quando devo mandar pesquisa de saída",
        "como construir confiança com o cliente",
        "o que faz o cliente ficar",
        "como definir metas do cliente",
        "oq fazer qdo o cliente some",
        "de quanto em quanto tempo fazer reunião",
    ),
}


def find_playbook(ask: Input, deps: Deps) -> Answer:
    """Quote what the playbooks say on a topic: onboarding, renewal, save plays, QBRs, NPS, win-back, loyalty.

    Use for "how do we", "what should I do when", best practice, process, definitions and strategy questions that
    ask for guidance rather than for figures.
    """
    passages = deps.knowledge.search(ask.topic, deps.language)
    if not passages:
        raise ToolError(
            phrase("No playbook covers “{topic}”.", topic=ask.topic),
            suggestions=tuple(
                phrase("What do the playbooks say about {title}?", title=title)
                for title in deps.knowledge.nearest(ask.topic, deps.language)
            ),
        )
    return Answer(
        subject=phrase("Playbooks · {topic}", topic=ask.topic),
        headline=phrase("From the playbook “{title}”:", title=passages[0].title),
        parts=(*passages, NextSteps((phrase("Which accounts are at risk?"),))),
    )
