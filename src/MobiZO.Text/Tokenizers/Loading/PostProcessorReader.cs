using MobiZO.Text.Tokenizers.PostProcessors;

namespace MobiZO.Text.Tokenizers.Loading;

/// <summary>Reads the <c>post_processor</c> of a tokenizer file (the part for one text; this library encodes no pairs).</summary>
/// <param name="isToken">Whether a spelling and an id belong together.</param>
internal sealed class PostProcessorReader(Func<string, int, bool> isToken)
{
    public IPostProcessor Read(ConfigNode node) =>
        node.Type switch
        {
            "Sequence" => new PostProcessorSequence([.. node.Items("processors").Select(Read)]),
            "ByteLevel" => ReadTrimming(node),
            "TemplateProcessing" => ReadTemplate(node),
            "RobertaProcessing" => new PostProcessorSequence([ReadTrimming(node), ReadEnds(node)]),
            "BertProcessing" => ReadEnds(node),
            string type => throw node.Unsupported($"the post-processor {type}"),
        };

    private static IPostProcessor ReadTrimming(ConfigNode node) =>
        node.Flag("trim_offsets", true) ? new OffsetTrimmer(node.Flag("add_prefix_space", true)) : new TemplateProcessor([], []);

    private TemplateProcessor ReadEnds(ConfigNode node) => new([ReadEnd(node.Get("cls"))], [ReadEnd(node.Get("sep"))]);

    private ProcessedToken ReadEnd(ConfigNode node)
    {
        List<ConfigNode> pair = node.AsItems();
        return pair.Count == 2 ? ReadToken(pair[1], pair[0]) : throw node.Broken("expected a token and its id");
    }

    private TemplateProcessor ReadTemplate(ConfigNode node)
    {
        var before = new List<ProcessedToken>();
        var after = new List<ProcessedToken>();
        List<ProcessedToken> current = before;
        foreach (ConfigNode item in node.Items("single"))
        {
            if (item.Find("SpecialToken") is { } special)
            {
                current.AddRange(ReadSpecial(node, special));
                continue;
            }

            if (item.Get("Sequence").Text("id") != "A" || current == after)
            {
                throw item.Broken("expected the sequence A once in the template for a single text");
            }

            current = after;
        }

        return current == after
            ? new TemplateProcessor(before, after)
            : throw node.Broken("the template for a single text lacks the sequence A");
    }

    private IEnumerable<ProcessedToken> ReadSpecial(ConfigNode template, ConfigNode special)
    {
        ConfigNode token = template.Get("special_tokens").Get(special.Text("id"));
        List<ConfigNode> ids = token.Items("ids");
        List<ConfigNode> spellings = token.Items("tokens");
        return ids.Count == spellings.Count
            ? ids.Zip(spellings, ReadToken)
            : throw token.Broken($"expected as many tokens as ids, found {spellings.Count} and {ids.Count}");
    }

    private ProcessedToken ReadToken(ConfigNode id, ConfigNode spelling) =>
        isToken(spelling.AsText(), id.AsNumber())
            ? new ProcessedToken(id.AsNumber(), spelling.AsText(), 0, 0)
            : throw id.Broken($"the id {id.AsNumber()} is not that of a token '{spelling.AsText()}'");
}
