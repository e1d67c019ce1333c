"""Everyday words of questions, folded: never the name of an account by themselves."""

from bot.router.slots.text import word_set

EVERYDAY = word_set(
    """
    a an the and or but if of in on at to for from by with without about into over under after before
    since until because due via this that these those it its is are was were be been being am do does did
    done have has
    had having will would can could should may might must shall not no yes so than then there here now
    today tomorrow yesterday who whom whose which what when where why how all any some each every both
    few more most many much other another same such only own just very too also again still already yet
    even ever never always often i me my mine we us our ours you your yours he him his she her they them
    their one two three four five six seven eight nine ten hundred first second third last next new old
    good bad great best worst better big small large long short high low right wrong please pls plz
    thanks thank thx hi hello hey ok okay let lets get got give given gave make made take took see saw
    show shown tell told ask asked say said find found need needs needed want wants wanted know knows
    known think look looking looks help send sent write draft drafts prepare prep build create created
    run use used using work working works going go goes gone went come came back up down out off keep
    kept put set start started stop end ended close closed open opened call calls meeting meetings meet
    talk talking speak spoke review report reports summary list lists table chart data number numbers
    figure figures account accounts customer customers client clients company companies business team
    people person manager managers contact contacts user users buyer champion sponsor owner owners plan
    plans renewal renewals renew renewed renewing contract contracts revenue money price pricing cost
    costs risk risks risky churn churned health score scores usage ticket tickets support survey surveys
    interview interviews script scripts question questions playbook playbooks process steps step guide
    guidance tips advice best practice practices week weeks month months quarter quarters year years day
    days date dates time times hour hours minute minutes monday tuesday wednesday thursday friday
    saturday sunday morning afternoon evening night january february march april june july august
    september october november december email mail message phone version english portuguese language
    asap urgent quick quickly fyi regarding segment enterprise midmarket smb sme mrr arr nrr grr nps
    csat qbr icp ltv cac csm cfo ceo cto coo vp board deck o os as um uma uns umas e ou mas se de da do
    das dos em na no nas nos ao aos à às por pelo pela pelos pelas para pra pro pros pras com sem sobre
    entre ate apos antes depois desde este esta estes estas esse essa esses essas aquele aquela isto
    isso aquilo ele ela eles elas eu tu voce voces vc vcs nos gente meu minha meus minhas seu sua seus
    suas nosso nossa nossos nossas dele dela deles delas que quem qual quais quando onde como porque pq
    quanto quanta quantos quantas tudo todo toda todos todas algum alguma alguns algumas nenhum nenhuma
    outro outra outros outras mesmo mesma muito muita muitos muitas mais menos pouco pouca ja ainda
    agora hoje ontem amanha sempre nunca tambem so apenas nao sim ser sou es e somos sao era foi foram
    ter tem temos tenho tinha ha estar estou esta estamos estao ta tao tava ir vai vao vou vamos ia
    fazer faz faco fazemos fez fizeram feito dar da deu dao dei ver veja viu vejo mostrar mostra mostre
    dizer diz diga disse falar fala fale falou pedir pede peco preciso precisa precisamos quero quer
    queremos queria gostaria poderia pode podem posso podemos consegue consigo saber sei sabe ajuda
    ajudar manda mandar envia enviar escreve escrever monta montar monte prepara preparar prepare cria
    criar crie gera gerar gere puxa puxar passa passar abre abrir traz trazer lista listar resumo
    resumir visao geral relatorio tabela grafico dados numero numeros conta contas cliente clientes
    empresa empresas negocio time equipe pessoa pessoas gerente gerentes contato contatos usuario
    usuarios comprador responsavel responsaveis dono donos plano planos renovacao renovacoes renova
    renovar renovou contrato contratos receita dinheiro preco precos custo risco riscos cancelamento
    cancelou cancelar cancelado saude uso chamado chamados suporte pesquisa pesquisas entrevista
    entrevistas roteiro roteiros pergunta perguntas processo passos passo guia orientacao dicas boas
    praticas semana semanas mes meses trimestre trimestres ano anos dia dias data datas hora horas
    segunda terca quarta quinta sexta sabado domingo manha tarde noite janeiro fevereiro marco abril
    maio junho julho agosto setembro outubro novembro dezembro mensagem telefone versao ingles portugues
    lingua urgente rapido bom boa ruim melhor pior grande pequeno pequena medio media alto alta baixo
    baixa novo nova velho ultimo ultima ultimos ultimas proximo proxima proximos proximas primeiro
    primeira dois duas tres quatro cinco seis sete oito nove dez favor obrigado obrigada valeu oi ola
    pfv pf blz bem mal aqui ali la segmento enterprise corporativo brasil brazil brasileira global group
    grupo international internacional digital tech technology solutions solucoes sistemas systems
    services servicos holding holdings industria industrias comercio store loja lojas saida vindo vinda
    vindos vindas veio vieram satisfacao
    confianca sucesso reuniao call status situacao historico ficha atual passado passada
    """
)

TRADES = word_set(
    """
    agency agencia agricola agriculture agro alimentos analytics associates associados automotive
    autopecas bakery bank banco banking bebidas brewery brands bureau cafe calcados capital care center
    centro chemicals clinic clinica clothing cloud coffee colegio college confeccoes construction
    construcoes construtora consultancy consulting consultoria cooperativa cosmeticos delivery design
    distribuidora distribution editora educacao education educacional electric eletrica embalagens
    energia energy engenharia engineering entertainment equipamentos escola escritorio eventos express
    fabrica factory farma farmacia farms fashion finance financas financial financeira fitness food
    foods freight fundacao furniture games garden gas gestao graphics grafica hardware health healthcare
    hospital hospitality hotel hoteis hotels house imobiliaria imoveis imports importadora incorporadora
    industrial institute instituto insurance investimentos investments joias laboratorio laboratorios
    labs law legal livraria logistica logistics magazine management manufacturing maquinas market
    marketing markets materiais materials media medica medical mercado metalurgica metais mining
    mineracao mobile mobility moda motors moveis network networks oil oficina optica otica padaria
    papelaria partners pay payments petroleo pharma pharmacy plasticos power press print produtos
    products properties quimica radio real realty rede restaurant restaurante restaurantes retail
    robotics saude school security seguranca seguros shipping shop software solar sports steel studio
    studios supermercado supermercados supplies telecom textil textile textiles tools tours toys trade
    traders trading transport transportes travel turismo universidade university varejo veiculos
    ventures viagens water wear web wine works
    """
)
"""What companies do, folded: little of a name ("Vértice Engenharia"), and a plain word of questions."""
