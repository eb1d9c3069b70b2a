namespace MobiZO.Cli.RunFiles;

/// <summary>A part of a YAML document and where it begins.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
internal abstract record YamlPart(long Line, long Column)
{
    /// <summary>What it is, for errors.</summary>
    public abstract string Description { get; }
}

/// <summary>A single value.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
/// <param name="Text">The value.</param>
/// <param name="IsPlain">Whether it stands without quotes.</param>
internal sealed record YamlText(long Line, long Column, string Text, bool IsPlain) : YamlPart(Line, Column)
{
    /// <summary>Whether it stands for no value.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Description => IsNull ? "nothing" : $"'{Text}'";
}

/// <summary>A list.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
/// <param name="Items">What is in it.</param>
internal sealed record YamlList(long Line, long Column, IReadOnlyList<YamlPart> Items) : YamlPart(Line, Column)
{
    public override string Description => "a list";
}

/// <summary>Keys with values.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
/// <param name="Entries">The keys, as often as they were written, and their values.</param>
internal sealed record YamlMap(long Line, long Column, IReadOnlyList<(YamlPart Key, YamlPart Value)> Entries) : YamlPart(Line, Column)
{
    public override string Description => "keys with values";
}
