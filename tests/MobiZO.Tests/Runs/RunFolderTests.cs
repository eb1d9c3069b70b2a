using MobiZO.Data;
using MobiZO.Runs;

namespace MobiZO.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-run-folder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Runs from before kept a chat template that was asked for and that their rows did not use.</summary>
    [Theory]
    [InlineData("""{"chat_template": "always", "choices": [" no", " yes"]}""", null)]
    [InlineData("""{"chat_template": "always", "label_words": [{"label": "0", "word": " no"}, {"label": "1", "word": " yes"}]}""", null)]
    [InlineData("""{"chat_template": "always", "answer_suffix": "</s>"}""", ChatTemplateUse.Never)]
    [InlineData("""{"chat_template": "always", "answer_suffix": "", "shape": "text"}""", ChatTemplateUse.Never)]
    [InlineData("""{"chat_template": "always"}""", ChatTemplateUse.Always)]
    [InlineData("""{"chat_template": "always", "answer_suffix": ""}""", ChatTemplateUse.Always)]
    [InlineData("{}", ChatTemplateUse.Never)]
    public void AConfigurationSaysHowPromptsWereWritten(string data, ChatTemplateUse? expected)
    {
        var run = new RunFolder(_folder);
        File.WriteAllText(run.ConfigFile, $$"""{"model": "m", "train_data": "d", "output": "o", "data": {{data}}}""");

        Assert.Equal(expected, run.ReadConfig().Data.ChatTemplate);
    }
}
